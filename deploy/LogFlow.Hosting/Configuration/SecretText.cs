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

    /// <summary>Shorter ones are hidden where they are the whole text: inside others they would be anything.</summary>
    private const int LengthInsideMin = 4;

    /// <summary>Values of keystores, the longest first: one may be the beginning of another.</summary>
    private static volatile string[] _known = [];

    /// <summary>From now on these values are hidden wherever they stand.</summary>
    public static void Learn(IEnumerable<string> values) => _known =
    [
        .. _known.Union(values.Select(static value => value.Trim()), StringComparer.Ordinal)
            .Where(static value => value.Length > 0)
            .OrderByDescending(static value => value.Length),
    ];

    /// <summary>The text without values of keystores, and otherwise as it is.</summary>
    public static string HideKnown(string text)
    {
        foreach (var value in _known)
        {
            if (text.Length == value.Length && text == value)
            {
                return Mask;
            }

            if (value.Length >= LengthInsideMin)
            {
                text = text.Replace(value, Mask, StringComparison.Ordinal);
            }
        }

        return text;
    }

    /// <summary>The text without its secrets.</summary>
    public static string Hide(string text) => NamedSecret().Replace(
        Webhook().Replace(UrlPassword().Replace(HideKnown(text), "$1" + Mask + "@"), "$1" + Mask),
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
