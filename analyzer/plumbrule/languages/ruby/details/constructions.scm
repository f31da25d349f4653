(call receiver: [(constant) (scope_resolution)] @type method: (identifier) @makes
  (#eq? @makes "new")) @construction
