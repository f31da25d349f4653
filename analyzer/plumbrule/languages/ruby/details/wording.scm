; Bodies of functions, and what in them is text.
(method body: (_) @body) @function
(singleton_method body: (_) @body) @function
[(string) (subshell) (regex) (string_array) (symbol_array) (heredoc_body) (character) (delimited_symbol)] @string
[(comment) (uninterpreted)] @comment
