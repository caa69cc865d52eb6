autocmd BufRead,BufNewFile *.o11n setfiletype o11n
