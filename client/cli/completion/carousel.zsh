#compdef carousel
# Completion of carousel's command line in zsh. The program itself knows what
# may follow: `carousel complete WORD...` prints it, one a line, with a tab
# before what it means, the last WORD being the one under the cursor. A line
# ":files" stands for files.
_carousel() {
  local line value files
  local -a done open done_texts open_texts
  for line in "${(@f)$(${~words[1]} complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ -z $line ]]; then
      continue
    elif [[ $line == :files ]]; then
      files=1
    else
      value=${line%%$'\t'*}
      if [[ $value == *= ]]; then
        open+=("$value")
        open_texts+=("${line/$'\t'/  -- }")
      else
        done+=("$value")
        done_texts+=("${line/$'\t'/  -- }")
      fi
    fi
  done
  if [[ -n $files ]]; then
    compset -P '--*='
    _files
  fi
  if (( $#open )); then compadd -l -S '' -d open_texts -a open; fi
  if (( $#done )); then compadd -l -d done_texts -a done; fi
}

# As a file of $fpath it is the function's body; sourced, it has to register.
if [[ ${funcstack[1]} == _carousel ]]; then
  _carousel "$@"
else
  compdef _carousel carousel
fi
