" Indentation of o11n files: brackets count, but for those in strings and comments.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=GetO11nIndent(v:lnum)
setlocal indentkeys=0},0],0),0\",!^F,o,O
setlocal nolisp nosmartindent

let b:undo_indent = 'setlocal indentexpr< indentkeys< lisp< smartindent<'

if exists('*GetO11nIndent')
  finish
endif

" Whether the text at a place is in a block string, so that its brackets are not ours.
function! s:InText(lnum, col) abort
  for l:id in synstack(a:lnum, a:col)
    if synIDattr(l:id, 'name') =~# '^o11n\%(Shell\|BlockString\|String\|Comment\|DocComment\)$'
      return 1
    endif
  endfor
  return 0
endfunction

" How many more brackets a line opens than it closes; closing ones at its beginning apart.
function! s:Opened(lnum) abort
  let l:line = getline(a:lnum)
  let l:start = len(matchstr(l:line, '^[[:space:]})\]]*'))
  let l:depth = 0
  for l:col in range(l:start + 1, len(l:line))
    let l:char = l:line[l:col - 1]
    if l:char =~# '[][(){}]' && !s:InText(a:lnum, l:col)
      let l:depth += l:char =~# '[[({]' ? 1 : -1
    endif
  endfor
  return l:depth
endfunction

function! GetO11nIndent(lnum) abort
  " Inside a block string the text keeps what it has.
  if a:lnum > 1 && s:InText(a:lnum, 1) && getline(a:lnum) !~# '^\s*"""'
    let l:opener = getline(a:lnum - 1) =~# '"""\s*$' && getline(a:lnum - 1) !~# '^\s*"""\s*$'
    return l:opener ? indent(a:lnum - 1) + shiftwidth() : -1
  endif
  let l:before = prevnonblank(a:lnum - 1)
  while l:before > 1 && s:InText(l:before, 1)
    let l:before = prevnonblank(l:before - 1)
  endwhile
  if l:before == 0
    return 0
  endif
  let l:indent = indent(l:before) + (s:Opened(l:before) > 0 ? shiftwidth() : 0)
  if getline(a:lnum) =~# '^\s*[})\]]'
    let l:indent -= shiftwidth()
  elseif getline(a:lnum) =~# '^\s*"""' && s:InText(a:lnum, 1)
    let l:indent += shiftwidth()
  endif
  return l:indent
endfunction
