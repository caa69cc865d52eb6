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

" An operator or a word that goes on with the expression of the line before.
let s:goes_on = '^\s*\%([-+*%<>]\|/[^/]\|??\|==\|!=\|\%(and\|or\|in\|not in\|then\|else\)\>\)'

" The line where what a line belongs to begins: above the rest of its expression, of its brackets, of its text.
function! s:Start(lnum) abort
  let l:lnum = a:lnum
  while l:lnum > 1
    if s:InText(l:lnum, 1) || getline(l:lnum) =~# s:goes_on
      let l:lnum = prevnonblank(l:lnum - 1)
    elseif getline(l:lnum) =~# '^\s*[})\]]'
      call cursor(l:lnum, indent(l:lnum) + 1)
      let l:opener = searchpair('[[({]', '', '[])}]', 'bnW', 's:InText(line("."), col("."))')
      if l:opener == 0
        return l:lnum
      endif
      let l:lnum = l:opener
      if getline(l:lnum) !~# s:goes_on
        return l:lnum
      endif
    else
      return l:lnum
    endif
  endwhile
  return max([l:lnum, 1])
endfunction

function! GetO11nIndent(lnum) abort
  " Inside a block string the text keeps what it has.
  if a:lnum > 1 && s:InText(a:lnum, 1) && getline(a:lnum) !~# '^\s*"""'
    let l:opener = getline(a:lnum - 1) =~# '"""\s*$' && getline(a:lnum - 1) !~# '^\s*"""\s*$'
    return l:opener ? indent(a:lnum - 1) + shiftwidth() : -1
  endif
  let l:before = prevnonblank(a:lnum - 1)
  if l:before == 0
    return 0
  endif
  if getline(a:lnum) =~# '^\s*"""' && s:InText(a:lnum, 1)
    let l:opener = l:before
    while l:opener > 1 && s:InText(l:opener, 1)
      let l:opener -= 1
    endwhile
    return indent(l:opener) + shiftwidth()
  endif
  if getline(a:lnum) =~# s:goes_on && getline(l:before) =~# s:goes_on && !s:InText(l:before, 1)
    return indent(l:before) + (getline(l:before) =~# '^\s*else if\>' ? shiftwidth() : 0)
  endif
  let l:start = s:Start(l:before)
  let l:opens = !s:InText(l:before, 1) && s:Opened(l:before) > 0
  " A bracket of an expression counts from its own line, the brace of a block from where the block begins.
  let l:indent = indent(l:opens && getline(l:before) !~# '{\s*$' ? l:before : l:start)
  if l:opens || getline(a:lnum) =~# s:goes_on
    let l:indent += shiftwidth()
  endif
  if getline(a:lnum) =~# '^\s*[})\]]'
    let l:indent -= shiftwidth()
  endif
  return l:indent
endfunction
