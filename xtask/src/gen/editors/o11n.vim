" @NOTICE@
" Vim syntax file of o11n, a language for CI pipelines. The source is xtask/src/gen/editors/o11n.vim, the words are those of
" src/schema.rs.

if exists('b:current_syntax')
  finish
endif

syntax case match
syntax sync minlines=200
syntax iskeyword @,48-57,_,192-255

syntax match o11nProperty /\<\h\w*\ze\s*=[^=]/
syntax match o11nProperty /\<\h\w*\ze?\?\s*:/
syntax match o11nCall /\<\h\w*\ze(/
syntax match o11nOperator /==\|!=\|<=\|>=\|??\|[-+*%<>]\|\/\@1<!\/\/\@!/

syntax match o11nNumber /\<\d[0-9_]*\%(\.\d\+\)\?\>/
syntax match o11nQuantity /\<\d[0-9_]*\%(ms\|[dhms]\)\%(\d[0-9_]*\%(ms\|[dhms]\)\)*\>/
syntax match o11nQuantity /\<\d[0-9_]*\%([KMGT]iB\|B\)\>/

syntax keyword o11nBoolean true false null
syntax keyword o11nConditional if then else
syntax keyword o11nRepeat for
syntax keyword o11nWordOperator and or not in
syntax keyword o11nInclude import as

" A word is one by its place only: before its name, its `{` or its `=`.
syntax match o11nBlock /\<\%(@LABELLED@\)\>\ze\s\+["[:alpha:]_\x80-\xff]/ nextgroup=o11nName skipwhite
syntax match o11nBlock /\<\%(@UNLABELLED@\)\>\ze\s*{/
syntax match o11nName /\K\k*/ contained nextgroup=o11nExtends skipwhite
syntax match o11nExtends /\<extends\>/ contained
syntax match o11nAttribute /\<\%(@ATTRIBUTES@\)\>\ze\s*\%({\|=[^=]\)/
syntax match o11nStatement /\<\%(@STATEMENTS@\)\>\ze\s\+["(_[:alpha:]\x80-\xff]/
syntax match o11nType /\%([:<(,]\s*\)\@<=\%(@TYPES@\)\>\ze\s*[<>?,)}=]/
syntax match o11nType /\%([:<(,]\s*\)\@<=\%(@TYPES@\)\>\ze\s*$/
syntax match o11nType /\<enum\>\ze(/
syntax match o11nFunction /\<\%(@FUNCTIONS@\)\>\ze(/
syntax match o11nConstant /\%([=,(\[]\s*\|\<\%(when\|and\|or\|not\)\s\+\)\@<=\<\%(@CONSTANTS@\)\>\ze\s*[^.([:alnum:]_ ]\@=/
syntax match o11nConstant /\%([=,(\[]\s*\)\@<=\<\%(@CONSTANTS@\)\>\ze\%(\s\|$\)/

syntax match o11nComment /\/\/.*$/ contains=o11nTodo,@Spell
syntax match o11nDocComment /\/\/[\/!].*$/ contains=@Spell
syntax keyword o11nTodo contained TODO FIXME XXX

syntax match o11nEscape /\\\%([ntr"\\]\|u{\x\{1,6}}\)/ contained
syntax match o11nEscapedInterpolation /\$\${{/ contained containedin=o11nString,o11nBlockString,o11nShell,@o11nSh
syntax region o11nString start=/"/ skip=/\\./ end=/"/ oneline contains=o11nEscape,o11nInterpolation,@Spell
syntax region o11nBlockString start=/"""\s*$/ end=/""""\@!/ contains=o11nInterpolation,@Spell

" The shell inside scripts.
let s:outer = get(b:, 'current_syntax', '')
unlet! b:current_syntax
let b:is_bash = 1
silent! syntax include @o11nSh syntax/sh.vim
unlet! b:current_syntax
if s:outer !=# ''
  let b:current_syntax = s:outer
endif
syntax region o11nShell matchgroup=o11nString keepend contains=@o11nSh,o11nInterpolation
      \ start=/\%(\%(\<\%(@SCRIPTS@\)\|:\s*script\)\s*=\s*\|+\s*\)\@<="""\s*$/ end=/""""\@!/

syntax region o11nInterpolation matchgroup=o11nDelimiter start=/\${{/ end=/}}/ keepend extend
      \ contains=o11nString,o11nNumber,o11nQuantity,o11nBoolean,o11nConditional,o11nRepeat,o11nWordOperator,o11nFunction,o11nCall,o11nOperator
      \ containedin=o11nString,o11nBlockString,o11nShell,@o11nSh

highlight default link o11nProperty Identifier
highlight default link o11nCall Function
highlight default link o11nOperator Operator
highlight default link o11nNumber Number
highlight default link o11nQuantity Number
highlight default link o11nBoolean Boolean
highlight default link o11nConditional Conditional
highlight default link o11nRepeat Repeat
highlight default link o11nWordOperator Operator
highlight default link o11nInclude Include
highlight default link o11nBlock Structure
highlight default link o11nName Title
highlight default link o11nExtends StorageClass
highlight default link o11nAttribute Identifier
highlight default link o11nStatement Statement
highlight default link o11nType Type
highlight default link o11nFunction Function
highlight default link o11nConstant Constant
highlight default link o11nComment Comment
highlight default link o11nDocComment SpecialComment
highlight default link o11nTodo Todo
highlight default link o11nEscape SpecialChar
highlight default link o11nEscapedInterpolation SpecialChar
highlight default link o11nString String
highlight default link o11nBlockString String
highlight default link o11nDelimiter Delimiter

let b:current_syntax = 'o11n'
