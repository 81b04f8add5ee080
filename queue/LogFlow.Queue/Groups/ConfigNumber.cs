using System.Globalization;

namespace LogFlow.Queue;

/// <summary>Whole numbers in configs, as Kafka reads them: blanks around and a sign are allowed.</summary>
internal static class ConfigNumber
{
    public static bool TryParse(string text, out int number) =>
        int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
