/**
 * The text form of dimensions, schedules, kernels and graphs.
 *
 * Every recursion passes through a bracket, so that counting brackets bounds the parser's stack; no decision needs more
 * than two tokens, so that parsing takes linear time. Words that are keywords must be quoted as names: see NameText.
 */
grammar Quern;

dimText : dim EOF ;
scheduleText : schedule EOF ;
kernelText : kernel EOF ;
graphText : graph EOF ;

// Names, types and dimensions

name : NAME | STRING | INDEX ;

integer : '-'? INT ;

// 4*i + floordiv(n, 8) - 1
dim : dimTerm (dimSign dimTerm)* ;
dimSign : '+' | '-' ;
dimTerm : '-'? dimFactor ('*' dimFactor)* ;
dimFactor : INT | dimCall | name ;
dimCall : NAME '(' dim ',' dim ')' ;

dims : (dim (',' dim)*)? ;
shape : '[' dims ']' ;
// f32[64, 64]<blocks 8 8 12>, f32[64, 64]<groups i4 32 128 zeros>
type : NAME shape encoding? ;
encoding : '<' NAME encodingPart* '>' ;
encodingPart : NAME | INT ;

// Schedules

// schedule when 4 >= m { … }: for sizes that meet the conditions
schedule : 'schedule' (NAME condition (',' condition)*)? '{' step* '}' ;
step : NAME stepArgument* stepLayout? ('=' dim)? ';' ;
stepArgument : name | integer ;
stepLayout : 'layout' axisModes* swizzle? ;

// Kernels

kernel : 'kernel' name 'template' name ('symbols' name (',' name)*)? roles reads* writes+ reduction* body ;
// roles row m0, column n0, reduced k0 k1 relays b0
roles : ('roles' axis (',' axis)*)? ('relays' name)? ;
axis : NAME name+ ;
reads : 'reads' buffer ;
writes : 'writes' buffer ;

// What reduces more than a number by a function: its inputs, its parts with their identities, and rules called lift, join and, perhaps, enter.
// reduction mean(x: f32) { count: f32 = 0.0 … lift { count = 1.0 … } join { let n = left.count[] + right.count[] … } }
reduction : 'reduction' name '(' (reductionInput (',' reductionInput)*)? ')' NAME? '{' reductionTarget+ reductionRule+ '}' ;
reductionInput : name ':' NAME ;
reductionTarget : name ':' NAME '=' scalar ;
reductionRule : NAME '{' ruleLine+ '}' ;
ruleLine : 'let'? name '=' expression ;

// b: f32[K, N] layout (K:16) (16:1, floordiv(N + 15, 16):16*K) segment
buffer : name ':' type bufferPart* ;
bufferPart : 'layout' axisModes* | swizzle | NAME ;
swizzle : NAME '(' integer ',' integer ',' integer ')' ;
axisModes : '(' (layoutMode (',' layoutMode)*)? ')' ;
layoutMode : dim ':' dim ;

// Braces around one statement are that statement; around none or several they are a block. A block of one is {{ s }}.
body : '{' statement* '}' ;

statement
    : 'for' name 'in' INT '..' dim NAME? body                    # loop
    | 'if' (condition (',' condition)*)? body ('else' body)?     # choice
    | 'let' binding (',' binding)* body                          # let
    | 'alloc' buffer body                                        # allocation
    | 'section' name (NAME stepArgument)? body                   # section
    | body                                                       # block
    | name shape update expression                               # assignment
    | 'into' targets name '(' expression (',' expression)* ')' along?  # reduceStatement
    ;

// into (top[], total[], sums[d]) online_softmax(score[], v[k, d]) along d in 0..64
targets : '(' target (',' target)* ')' ;
target : name shape ;
along : 'along' alongLoop (',' alongLoop)* ;
alongLoop : name 'in' INT '..' dim ;

// let q1 = index(floordiv(p, n)), s2 = index(p - n*q1) { … }: each is in sight of those after it.
binding : name '=' expression ;

condition : dim ('<' | '>=') dim ;
update : '=' | '+=' | '*=' | '+=fma' | NAME '=' ;

expression : sum (relation sum)? ;
relation : '==' | '!=' | '<' | '<=' | '>' | '>=' ;
sum : product (sumSign product)* ;
sumSign : '+' | '-' ;
product : primary (productSign primary)* ;
productSign : '*' | '/' ;

primary
    : '(' expression ')'                                         # nested
    | scalar (':' NAME)?                                         # literal
    | INDEX '(' dim ')' (':' NAME)?                            # indexValue
    | NAME '(' expression (',' expression)* ')'                  # call
    | name shape (':' NAME)?                                     # load
    ;

// 3, -0.5, inf, nan, true, or the bits: f32#7fc00001
scalar : '-'? (INT | FLOAT | NAME) | BITS ;

// Graphs

graph : 'graph' name '(' (typedValue (',' typedValue)*)? ')' '{' guard* node* result '}' ;
typedValue : VALUE ':' type ;
guard : 'guard' dim ('==' | '>=') dim origin? ;
node : (typedValue (',' typedValue)*)? '=' (application | constant) origin? ;
application : operation name? '(' (VALUE (',' VALUE)*)? ')' attributes? ;
// contract(%a, %b) {left = [m, k], …}, reduce sum(%x) {axes = [1]}, host NonZero(%x)
operation : NAME | 'if' ;
result : 'return' (VALUE (',' VALUE)*)? ;
origin : '@' STRING ;

// One element, all of them in row-major order, or the digest of elements that lie elsewhere.
constant : element | '[' (element (',' element)*)? ']' | DIGEST ;
element : scalar | STRING ;

attributes : '{' (attribute (',' attribute)*)? '}' ;
attribute : name '=' value ;
value
    : list                                                       # listValue
    | NAME '[' ']'                                               # emptyListValue
    | '-'? FLOAT                                                 # realValue
    | BITS                                                       # bitsValue
    | graph                                                      # graphValue
    | dim                                                        # dimValue
    ;
list : '[' (value (',' value)*)? ']' ;

// Tokens

INDEX : 'index' ;
BITS : [a-z] [a-z0-9]* '#' [0-9a-f]+ ;
DIGEST : '#' [0-9a-f]+ ;
NAME : [A-Za-z_] [A-Za-z0-9_]* ('.' [A-Za-z0-9_]+)* ;
VALUE : '%' ([A-Za-z0-9_/.$-]+ | STRING) ;
FLOAT : DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT ;
INT : DIGITS ;
STRING : '"' (~["\\\p{Cc}] | '\\' ["\\nrt] | '\\u' HEX HEX HEX HEX)* '"' ;

fragment DIGITS : [0-9]+ ;
fragment EXPONENT : [eE] [+-]? DIGITS ;
fragment HEX : [0-9a-fA-F] ;

COMMENT : '//' ~[\r\n]* -> skip ;
SPACE : [ \t\r\n]+ -> skip ;
