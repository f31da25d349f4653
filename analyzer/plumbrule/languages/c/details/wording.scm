; Bodies of functions, and what in them is text.
(function_definition body: (compound_statement) @body) @function
[(string_literal) (char_literal)] @string
(comment) @comment
