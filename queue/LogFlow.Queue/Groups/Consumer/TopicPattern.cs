using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Queue;

/// <summary>
/// A subscription's pattern over whole topic names. Kafka takes RE2's syntax; .NET's non-backtracking engine gives the
/// same guarantee (time linear in the name) and refuses what RE2 refuses: look-around and back-references. What only
/// RE2's syntax has is written anew: quotation (\Q..\E, which Java's Pattern.quote writes), named groups (?P&lt;name>)
/// and classes such as [[:alpha:]].
/// </summary>
internal sealed class TopicPattern
{
    private const int PatternLengthMax = 1024;

    private static readonly (string Re2, string Net)[] Classes =
    [
        ("[:alnum:]", "0-9A-Za-z"), ("[:alpha:]", "A-Za-z"), ("[:digit:]", "0-9"), ("[:lower:]", "a-z"),
        ("[:upper:]", "A-Z"), ("[:word:]", "0-9A-Za-z_"), ("[:xdigit:]", "0-9A-Fa-f"), ("[:punct:]", "!-/:-@\\[-`{-~"),
    ];

    private readonly Regex _regex;

    private TopicPattern(Regex regex) => _regex = regex;

    /// <summary>Null and a sentence where the pattern is none.</summary>
    public static TopicPattern? TryCreate(string pattern, out string? problem)
    {
        problem = null;
        if (pattern.Length > PatternLengthMax)
        {
            problem = $"the pattern is longer than {PatternLengthMax} characters";
            return null;
        }

        try
        {
            return new TopicPattern(new Regex(
                $@"\A(?:{Translate(pattern)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            problem = error.Message;
            return null;
        }
    }

    public bool IsMatch(string topic) => _regex.IsMatch(topic);

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        var isInClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (rest.StartsWith(@"\Q"))
            {
                var end = pattern.IndexOf(@"\E", i + 2, StringComparison.Ordinal);
                text.Append(Regex.Escape(end < 0 ? pattern[(i + 2)..] : pattern[(i + 2)..end]));
                i = end < 0 ? pattern.Length : end + 1;
            }
            else if (rest[0] == '\\' && rest.Length > 1)
            {
                text.Append(rest[..2]);
                i++;
            }
            else if (isInClass)
            {
                i += AppendInClass(text, rest, ref isInClass);
            }
            else if (rest.StartsWith("(?P<"))
            {
                text.Append("(?<");
                i += 3;
            }
            else
            {
                text.Append(rest[0]);
                isInClass = rest[0] == '[';
            }
        }

        return text.ToString();
    }

    /// <summary>One element of a class such as [a-z[:digit:]]; returns how many more characters it took.</summary>
    private static int AppendInClass(StringBuilder text, ReadOnlySpan<char> rest, ref bool isInClass)
    {
        if (FindClass(rest) is (var re2, var net))
        {
            text.Append(net);
            return re2.Length - 1;
        }

        // A bracket that is none: in .NET it could begin a subtraction. One that comes first does not end the class.
        var isFirst = text[^1] == '[' || (text[^1] == '^' && text[^2] == '[');
        if (rest[0] == '[' || (rest[0] == ']' && isFirst))
        {
            text.Append('\\');
        }
        else
        {
            isInClass = rest[0] != ']';
        }

        text.Append(rest[0]);
        return 0;
    }

    private static (string Re2, string Net)? FindClass(ReadOnlySpan<char> rest)
    {
        if (rest[0] != '[')
        {
            return null;
        }

        foreach (var known in Classes)
        {
            if (rest.StartsWith(known.Re2))
            {
                return known;
            }
        }

        return null;
    }
}
