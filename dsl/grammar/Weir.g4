// The grammar of Weir's text.
//
// One general shape (dsl/tree/tree.h): a file is a list of statements, each a
// line of items; what the words mean is the resolver's business. Conditions
// alone, behind `when`, `where` and `satisfies`, have a grammar of their own.
//
// Every choice is made on the next token, so parsing is linear. Two things are
// settled on the tokens before the rules see them (dsl/parse/brackets.cc): line
// breaks inside [ ] and ( ) and beside `and` and `or` are dropped, and brackets
// are balanced.
// Characters are octets here; that the text is UTF-8 is checked before.
grammar Weir;

file : NL* (statement (NL+ statement)*)? NL* EOF ;

// What the parser is called with: one statement at a time, the statements of
// its blocks taken out and parsed before it.
single : statement EOF ;

// Behind a condition nothing may stand that could continue it: so a condition
// ends at the first token that cannot, and no choice looks further ahead.
statement : item+ clause* | clause+ ;

clause : (WHEN | WHERE | SATISFIES) condition (after item*)? ;

item : word | STRING | REGEX | sign | list | block ;

after : WORD | ANY | ALL | OF | PRESENT | STRING | REGEX | ARROW | list | block ;

block : '{' NL* (statement (NL+ statement)*)? NL* '}' ;

list : '[' (element (',' element)* ','?)? ']' ;

element : word | STRING | REGEX | list ;

sign : ASSIGN | EQUAL | UNEQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL | ARROW ;

// The operators of conditions are ordinary words everywhere else.
word
  : WORD | AND | OR | NOT | IN | MATCHES | ANY | ALL | OF | PRESENT | STARTS_WITH | ENDS_WITH
  ;

condition : conjunction (OR conjunction)* ;

conjunction : negation (AND negation)* ;

negation : NOT* comparison ;

comparison
  : '(' condition ')'
  | PRESENT '(' WORD ')'
  | (ANY | ALL) OF WORD comparator operand
  | operand (comparator operand)?
  ;

comparator
  : EQUAL | UNEQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL
  | IN | MATCHES | STARTS_WITH | ENDS_WITH
  ;

operand : WORD | STRING | REGEX | constants ;

constants : '[' (operand (',' operand)* ','?)? ']' ;

WHEN : 'when' ;
WHERE : 'where' ;
SATISFIES : 'satisfies' ;
AND : 'and' ;
OR : 'or' ;
NOT : 'not' ;
IN : 'in' ;
MATCHES : 'matches' ;
ANY : 'any' ;
ALL : 'all' ;
OF : 'of' ;
PRESENT : 'present' ;
STARTS_WITH : 'starts-with' ;
ENDS_WITH : 'ends-with' ;

EQUAL : '==' ;
UNEQUAL : '!=' ;
LESS_EQUAL : '<=' ;
LESS : '<' ;
GREATER_EQUAL : '>=' ;
GREATER : '>' ;
ARROW : '->' ;
ASSIGN : '=' ;  // behind `let NAME`; elsewhere no token (dsl/parse/tokens.cc)

OPEN_BLOCK : '{' ;
CLOSE_BLOCK : '}' ;
OPEN_LIST : '[' ;
CLOSE_LIST : ']' ;
OPEN_GROUP : '(' ;
CLOSE_GROUP : ')' ;
COMMA : ',' ;

// Names, numbers with their units, addresses, networks. A dash never ends a
// word, so that `a->b` is three tokens. `[::1]:8080` is one word.
WORD
  : '-'* LETTER ('-'* LETTER)*
  | '[' [0-9A-Fa-f.]* ':' [0-9A-Fa-f:.]* ']' ':' [0-9]+
  ;
fragment LETTER : [A-Za-z0-9_.:/%+*@$] ;

STRING : '"' INSIDE* '"' ;
REGEX : '~"' INSIDE* '"' ;
fragment INSIDE : ~["\\\r\n] | '\\' ~[\r\n] ;

COMMENT : '#' ~[\n]* ;
NL : '\r'? '\n' ;
BLANK : [ \t]+ -> skip ;

// What is no token: named, so that the error can say what it was.
UNCLOSED : '~'? '"' INSIDE* '\\'? ;
ALIEN : [\u0080-\u00FF]+ | '&'+ | '|'+ | '-'+ | . ;
