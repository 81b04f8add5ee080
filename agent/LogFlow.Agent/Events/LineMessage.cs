using System.Text.Unicode;

namespace LogFlow.Agent;

/// <summary>
/// The one place where a line's bytes become the message of an event: decoded first, then judged by the filters, as
/// Filebeat does. Reading and rebuilding share it, so that both count the same events.
/// </summary>
internal static class LineMessage
{
    /// <summary>Makes the message of a line, or says that the line makes no event.</summary>
    /// <param name="line">Without terminator, as it is in the file.</param>
    /// <param name="isValid">Known to be valid UTF-8; else that is found out.</param>
    /// <param name="encoding">What the bytes are.</param>
    /// <param name="encoder">What makes the events: some send bytes as they are.</param>
    /// <param name="filter">Which messages become events; null: all.</param>
    /// <param name="scratch">Where to convert.</param>
    /// <param name="message">The message; lies in <paramref name="line"/> or in <paramref name="scratch"/>.</param>
    public static bool TryMake(
        ReadOnlySpan<byte> line,
        bool isValid,
        LineEncoding encoding,
        EventEncoder encoder,
        LineFilter? filter,
        EventScratch scratch,
        out ReadOnlySpan<byte> message)
    {
        message = line;
        if (line.IsEmpty)
        {
            return false;
        }

        if (!encoding.IsUtf8)
        {
            var converted = scratch.Text(encoding.Utf8LengthMax(line.Length));
            message = converted[..encoding.ToUtf8(line, converted)];
        }
        else if (encoder.NeedsValidUtf8 && !isValid && !Utf8.IsValid(line))
        {
            var repaired = scratch.Text(line.Length * 3);
            message = repaired[..JsonStringWriter.Repair(line, repaired)];
        }

        return filter is null || filter.Passes(message);
    }
}
