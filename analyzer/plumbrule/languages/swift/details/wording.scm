; Bodies of functions, and what in them is text.
(function_declaration body: (function_body) @body) @function
(init_declaration body: (function_body) @body) @function
(deinit_declaration body: (function_body) @body) @function
[(line_string_literal) (multi_line_string_literal) (raw_string_literal) (regex_literal)] @string
[(comment) (multiline_comment)] @comment
