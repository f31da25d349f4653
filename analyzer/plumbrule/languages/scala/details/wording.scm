; Bodies of functions, and what in them is text.
(function_definition body: (_) @body) @function
[(interpolated_string_expression) (string) (character_literal)] @string
[(comment) (block_comment)] @comment
