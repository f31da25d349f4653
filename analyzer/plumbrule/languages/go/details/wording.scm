; Bodies of functions, and what in them is text.
(function_declaration body: (block) @body) @function
(method_declaration body: (block) @body) @function
[(interpreted_string_literal) (raw_string_literal) (rune_literal)] @string
(comment) @comment
