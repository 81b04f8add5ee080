using System.Globalization;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Folders of spools: readable, and different for different inputs.</summary>
internal static class SpoolNames
{
    private const int LengthMax = 64;

    /// <summary>The folder of an input.</summary>
    public static string Of(string inputId)
    {
        var safe = string.Concat(inputId.Select(static letter =>
            char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_'));
        return safe == inputId && safe.Length <= LengthMax
            ? safe
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{safe[..Math.Min(safe.Length, LengthMax)]}.{Crc32C.Compute(Encoding.UTF8.GetBytes(inputId)):x8}");
    }
}
