using System.Globalization;

namespace LogFlow.Agent;

/// <summary>A number as JSON wrote it, where it is no whole one: it goes on as it came, to the last digit.</summary>
internal sealed record JsonNumber(string Text)
{
    /// <summary>Its value, about.</summary>
    public double Value { get; } = double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
