(attribute object: (identifier) @object attribute: (identifier) @member
  (#any-of? @object "self" "cls"))
(call
  function: (attribute object: (attribute object: (identifier) @object attribute: (identifier) @asked))
  (#any-of? @object "self" "cls"))
