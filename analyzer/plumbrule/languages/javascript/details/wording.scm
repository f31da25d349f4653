; Bodies of functions, and what in them is text.
(function_declaration body: (statement_block) @body) @function
(generator_function_declaration body: (statement_block) @body) @function
(function_expression body: (statement_block) @body) @function
(generator_function body: (statement_block) @body) @function
(arrow_function body: (_) @body) @function
(method_definition body: (statement_block) @body) @function
[(string) (template_string) (regex)] @string
[(comment) (html_comment) (hash_bang_line)] @comment
