" Settings for o11n files.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:///,://!,://
setlocal commentstring=//\ %s
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal formatoptions-=t formatoptions+=croql
setlocal suffixesadd=.o11n
setlocal include=^\\s*import\\s\\+\"\\zs[^\"]*
" `gq` lays out the lines it is given; without the tool it wraps them as ever.
if executable('o11n')
  setlocal formatprg=o11n\ fmt\ -
  compiler o11n
endif

let b:undo_ftplugin = 'setlocal comments< commentstring< expandtab< shiftwidth< softtabstop< formatoptions< suffixesadd< include< formatprg< makeprg< errorformat<'
