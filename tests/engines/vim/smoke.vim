" Opens $O11N_FILE as a user would, and writes what Vim makes of it to $O11N_REPORT: the file type, the group at the first
" place of each pattern, and whether indenting the whole file changes it. $O11N_RUNTIME is our folder of Vim files.
set nocompatible nomore
let &runtimepath = $O11N_RUNTIME . ',' . &runtimepath
filetype plugin indent on
syntax on
execute 'edit' fnameescape($O11N_FILE)

function! s:Group(pattern) abort
  call cursor(1, 1)
  let l:place = searchpos(a:pattern, 'c')
  return l:place == [0, 0] ? 'absent' : synIDattr(synID(l:place[0], l:place[1], 1), 'name')
endfunction

let s:report = ['type ' . &filetype]
call add(s:report, 'block ' . s:Group('^\s*\zspipeline\ze \h'))
call add(s:report, 'attribute ' . s:Group('^\s*\zsparallel\ze *='))
call add(s:report, 'loop ' . s:Group('^\s*\zsfor\ze \h'))
call add(s:report, 'string ' . s:Group('"'))
call add(s:report, 'duration ' . s:Group('= *\zs\d\+h\>'))
call add(s:report, 'comment ' . s:Group('///'))
let s:before = getline(1, '$')
normal! gg=G
call add(s:report, 'indented ' . (getline(1, '$') ==# s:before ? 'as it was' : 'otherwise'))
call writefile(s:report, $O11N_REPORT)
qall!
