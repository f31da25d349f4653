; Bodies of functions, and what in them is text.
(function_item body: (block) @body) @function
[(string_literal) (raw_string_literal) (char_literal)] @string
[(line_comment) (block_comment)] @comment
