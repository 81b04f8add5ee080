using System.Text.RegularExpressions;

namespace LogFlow.Hosting;

/// <summary>
/// Hides secrets that stand inside other text: the password of a URL, settings of a pipeline
/// (<c>password => "x"</c>), a line of YAML or an override on the command line that a message shows.
/// </summary>
public static partial class SecretText
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "********";

    /// <summary>The text without its secrets.</summary>
    public static string Hide(string text) => NamedSecret().Replace(
        Webhook().Replace(UrlPassword().Replace(text, "$1" + Mask + "@"), "$1" + Mask),
        static match => match.Groups["quote"].Value is { Length: > 0 } quote
            ? $"{match.Groups["name"].Value}{quote}{Mask}{quote}"
            : match.Groups["name"].Value + Mask);

    /// <summary>Whether a key's name says that its value is secret.</summary>
    public static bool IsSecretName(string key) => SecretName().IsMatch(key);

    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]*://[^\s/:@'""]*:)[^\s/@'""]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UrlPassword();

    /// <summary>A webhook on one line: many services put their secret into the address's path.</summary>
    [GeneratedRegex("""(webhook["']?\s*:\s*)\{.*""", RegexOptions.IgnoreCase)]
    private static partial Regex Webhook();

    /// <summary>A name that ends in one of the known words, an arrow, colon or equals sign, and a value.</summary>
    [GeneratedRegex(
        """
        (?<name>[\w.-]*
        (?:password|passphrase|secret|token|api_?key|cloud_auth|authorization|initial[._]users
        |webhook[._](?:url|headers[._][\w-]+))["']?\s*(?:=>|:|=)\s*)
        (?:(?<quote>["'])(?:\\.|(?!\k<quote>).)*\k<quote>|\[[^\]]*\]|[^\s"'{}\[\],\#]+)
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NamedSecret();

    [GeneratedRegex(
        "(?:password|passphrase|secret|token|api_?key|cloud_auth|authorization|initial[._]users)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
