# Completion of carousel's command line in bash. The program itself knows what
# may follow: `carousel complete WORD...` prints it, one a line, the last WORD
# being the one under the cursor. A line ":files" stands for files.
_carousel() {
  local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} words=() file candidate
  read -ra words <<<"$line"
  if [[ -z $line || $line == *[[:space:]] ]]; then words+=(""); fi
  # bash completes from the last of these characters on.
  local current=${words[-1]} breaks=${COMP_WORDBREAKS//[^=:@]/} prefix=
  if [[ -n $breaks ]]; then prefix=${current%"${current##*[$breaks]}"}; fi
  COMPREPLY=()
  while IFS= read -r candidate; do
    candidate=${candidate%%$'\t'*}
    if [[ $candidate != :files ]]; then
      COMPREPLY+=("${candidate#"$prefix"}")
      continue
    fi
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do COMPREPLY+=("$file"); done \
      < <(compgen -f -- "${current##*=}")
  done < <("${words[0]/#\~/$HOME}" complete "${words[@]:1}" 2>/dev/null)
  if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _carousel carousel
