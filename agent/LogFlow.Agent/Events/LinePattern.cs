using System.Text.RegularExpressions;

namespace LogFlow.Agent;

/// <summary>
/// Regular expressions as Filebeat has them (Go's RE2 syntax), on .NET's non-backtracking engine: time is linear in
/// the line, whatever the expression.
/// </summary>
internal static class LinePattern
{
    private static readonly (string Go, string DotNet)[] Differences =
    [
        ("(?P<", "(?<"), ("[:alpha:]", "a-zA-Z"), ("[:digit:]", "0-9"), ("[:alnum:]", "0-9A-Za-z"),
        ("[:upper:]", "A-Z"), ("[:lower:]", "a-z"), ("[:space:]", @"\t\n\v\f\r "), ("[:blank:]", @"\t "),
        ("[:xdigit:]", "0-9A-Fa-f"), ("[:word:]", "0-9A-Za-z_"), ("[:cntrl:]", @"\x00-\x1F\x7F"),
        ("[:print:]", " -~"), ("[:graph:]", "!-~"), ("[:punct:]", @"!-/:-@\[-`{-~"),
    ];

    /// <summary>Compiles one expression.</summary>
    /// <exception cref="RegexParseException">It is not one.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking (RE2 does not have that either).</exception>
    public static Regex Compile(string expression)
    {
        foreach (var (go, dotNet) in Differences)
        {
            expression = expression.Replace(go, dotNet, StringComparison.Ordinal);
        }

        return new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    /// <summary>Compiles several.</summary>
    public static Regex[] CompileAll(IEnumerable<string> expressions) => [.. expressions.Select(Compile)];
}
