# Completion of carousel's command line in fish. The program itself knows what
# may follow: `carousel complete WORD...` prints it, one a line, with a tab
# before what it means, the last WORD being the one under the cursor. A line
# ":files" stands for files.
function __carousel_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor)
    for line in ($words[1] complete $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            set -l option (string match --regex '^--[^=]*=' -- "$current")
            for file in (__fish_complete_path (string replace --regex '^--[^=]*=' '' -- "$current"))
                echo "$option$file"
            end
        else
            echo $line
        end
    end
end

complete --command carousel --no-files --arguments '(__carousel_complete)'
