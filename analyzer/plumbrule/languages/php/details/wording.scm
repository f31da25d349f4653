; Bodies of functions, and what in them is text.
(function_definition body: (compound_statement) @body) @function
(method_declaration body: (compound_statement) @body) @function
[(string) (encapsed_string) (heredoc) (nowdoc) (shell_command_expression)] @string
[(comment) (text) (php_tag) (php_end_tag)] @comment
