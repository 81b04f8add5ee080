using System.Text;

namespace LogFlow.Hosting;

/// <summary>One problem of a configuration, with its place.</summary>
public sealed record ConfigError(ConfigLocation Location, string Message)
{
    /// <summary>What is shorter is no secret, and stands in too many words.</summary>
    private const int ShortestSecret = 4;

    /// <summary>The same without these, wherever they stand.</summary>
    internal ConfigError Without(IReadOnlyList<string> secrets) => new(
        Location with
        {
            Source = Hide(Location.Source, secrets),
            Text = Location.Text is { } line ? Hide(line, secrets) : null,
        },
        Hide(Message, secrets));

    /// <summary>The message as compilers print it: place, problem, the line and a caret below its start.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Location.Source.Length > 0)
        {
            text.Append(SecretText.Hide(Location.ToString())).Append(": ");
        }

        text.Append(SecretText.Hide(Message));
        if (Location.Text is { } written)
        {
            var line = SecretText.Hide(written);
            text.Append('\n').Append("    ").Append(line).Append('\n');
            text.Append("    ").Append(' ', Math.Max(0, Location.Column - 1)).Append('^');
        }

        return text.ToString();
    }

    private static string Hide(string text, IReadOnlyList<string> secrets) => secrets
        .Where(static secret => secret.Length >= ShortestSecret)
        .Aggregate(text, static (shown, secret) =>
            shown.Replace(secret, SecretText.Mask, StringComparison.Ordinal));
}
