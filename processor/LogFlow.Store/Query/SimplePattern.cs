using System.IO.Enumeration;

namespace LogFlow.Store;

/// <summary>Patterns in which <c>*</c> stands for anything, as index and field patterns have it.</summary>
internal static class SimplePattern
{
    public static bool Matches(string pattern, string name) =>
        pattern.Contains('*')
            ? FileSystemName.MatchesSimpleExpression(
                pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal),
                name, ignoreCase: false)
            : pattern == name;
}
