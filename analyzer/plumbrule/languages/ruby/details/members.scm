(instance_variable) @member
(call receiver: (self) method: (identifier) @member)
(identifier) @bare
(call receiver: [(instance_variable) (identifier)] @asked)
