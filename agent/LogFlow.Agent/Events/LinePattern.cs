using System.Text.RegularExpressions;

namespace LogFlow.Agent;

/// <summary>
/// Regular expressions as Filebeat has them (Go's RE2 syntax, <see cref="Re2Translator"/>), on .NET's non-backtracking
/// engine: time is linear in the line, whatever the expression. One difference is left: at <c>\b</c> all letters count
/// as letters of a word, not only those of ASCII.
/// </summary>
internal static class LinePattern
{
    /// <summary>Compiles one expression.</summary>
    /// <exception cref="RegexParseException">It is not one.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking (RE2 does not have that either).</exception>
    public static Regex Compile(string expression) => new(
        new Re2Translator(expression).Translate(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>Compiles several.</summary>
    public static Regex[] CompileAll(IEnumerable<string> expressions) => [.. expressions.Select(Compile)];
}
