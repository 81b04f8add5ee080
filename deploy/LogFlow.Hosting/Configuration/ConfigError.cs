using System.Text;

namespace LogFlow.Hosting;

/// <summary>One problem of a configuration, with its place.</summary>
public sealed record ConfigError(ConfigLocation Location, string Message)
{
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
}
