namespace LogFlow.Store;

/// <summary>
/// Cuts Lucene's classic query syntax into tokens. One deviation: a slash inside a word is part of it
/// (<c>path:/var/log</c> is no regular expression unless a second slash ends the word).
/// </summary>
internal static class QueryStringLexer
{
    public static List<QueryStringToken> Read(string text)
    {
        var tokens = new List<QueryStringToken>();
        var at = 0;
        while (at < text.Length)
        {
            if (IsSpace(text[at]))
            {
                at++;
                continue;
            }

            var start = at;
            var kind = ReadToken(text, ref at);
            tokens.Add(new QueryStringToken(kind, text[start..at], start));
        }

        tokens.Add(new QueryStringToken(QueryTokenKind.End, "", text.Length));
        return tokens;
    }

    private static QueryTokenKind ReadToken(string text, ref int at)
    {
        switch (text[at])
        {
            case '(':
                at++;
                return QueryTokenKind.Open;
            case ')':
                at++;
                return QueryTokenKind.Close;
            case ':':
                at++;
                return QueryTokenKind.Colon;
            case '+':
                at++;
                return QueryTokenKind.Plus;
            case '-':
                at++;
                return QueryTokenKind.Minus;
            case '!':
                at++;
                return QueryTokenKind.Not;
            case '&' when at + 1 < text.Length && text[at + 1] == '&':
                at += 2;
                return QueryTokenKind.And;
            case '|' when at + 1 < text.Length && text[at + 1] == '|':
                at += 2;
                return QueryTokenKind.Or;
            case '[' or '{':
                at++;
                return QueryTokenKind.RangeOpen;
            case ']' or '}':
                at++;
                return QueryTokenKind.RangeClose;
            case '^' or '~':
                return ReadSuffix(text, ref at);
            case '"':
                ReadQuoted(text, ref at);
                return QueryTokenKind.Quoted;
            case '/' when IsRegex(text, at, out var end):
                at = end;
                return QueryTokenKind.Regex;
            default:
                return ReadWord(text, ref at);
        }
    }

    private static QueryTokenKind ReadSuffix(string text, ref int at)
    {
        var kind = text[at++] == '^' ? QueryTokenKind.Caret : QueryTokenKind.Fuzzy;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
        {
            at++;
        }

        return kind;
    }

    private static void ReadQuoted(string text, ref int at)
    {
        var start = at++;
        while (at < text.Length && text[at] != '"')
        {
            at += text[at] == '\\' ? 2 : 1;
        }

        if (at >= text.Length)
        {
            throw QueryStringParser.Error(text, start, "the quotation mark is not closed");
        }

        at++;
    }

    private static QueryTokenKind ReadWord(string text, ref int at)
    {
        var start = at;
        var isWildcard = false;
        while (at < text.Length && IsWordPart(text, at))
        {
            if (text[at] == '\\')
            {
                if (at + 1 >= text.Length)
                {
                    throw QueryStringParser.Error(text, at, "nothing follows the backslash");
                }

                at++;
            }
            else
            {
                isWildcard |= text[at] is '*' or '?';
            }

            at++;
        }

        return text[start..at] switch
        {
            "AND" => QueryTokenKind.And,
            "OR" => QueryTokenKind.Or,
            "NOT" => QueryTokenKind.Not,
            "*" => QueryTokenKind.Star,
            _ => isWildcard ? QueryTokenKind.Wildcard : QueryTokenKind.Term,
        };
    }

    private static bool IsWordPart(string text, int at) => text[at] switch
    {
        '!' or '(' or ')' or ':' or '^' or '[' or ']' or '"' or '{' or '}' or '~' => false,
        _ => !IsSpace(text[at]),
    };

    /// <summary>A slash opens a regular expression when another one ends the word.</summary>
    private static bool IsRegex(string text, int at, out int end)
    {
        end = at + 1;
        while (end < text.Length && text[end] != '/')
        {
            if (IsSpace(text[end]))
            {
                return false;
            }

            end += text[end] == '\\' ? 2 : 1;
        }

        end++;
        return end <= text.Length && end > at + 2
            && (end == text.Length || IsSpace(text[end]) || text[end] is ')' or '^');
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '　';
}
