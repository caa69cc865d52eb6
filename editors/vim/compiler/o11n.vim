" `:make` checks the workspace and fills the quickfix list.

if exists('current_compiler')
  finish
endif
let current_compiler = 'o11n'

CompilerSet makeprg=o11n\ check\ --message-format\ short
CompilerSet errorformat=%f:%l:%c:\ %trror[%.%#]:\ %m,%f:%l:%c:\ %tarning[%.%#]:\ %m,%f:%l:%c:\ %m
