; Bodies of functions, and what in them is text. A docstring is a comment.
(function_definition body: (block) @body) @function
(block . (expression_statement (string) @comment))
(string) @string
(comment) @comment
