using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace LogFlow.Agent;

/// <summary>
/// Lines of a spool, as they are gathered to be written at once. A line is a JSON object, in this order:
/// <code>{"t":ms since 1970,"a":"sender","f":1,"c":"cursor","x":{fields},"m":"message"}</code>
/// <c>a</c>, <c>f</c> (the message was cut), <c>c</c> and <c>x</c> stand where there is something to say; what has no
/// <c>m</c> is a note of the spool's own, and no event. Owned by one receiver; not thread-safe.
/// </summary>
internal sealed class SpoolLines(TimeProvider time)
{
    /// <summary>Kept between two gatherings; more is given up.</summary>
    private const int KeptMax = 256 << 10;

    private const int NumberLengthMax = 20;

    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>The lines.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>How many of them are messages.</summary>
    public int Count { get; private set; }

    /// <summary>How many of these were cut.</summary>
    public int TruncatedCount { get; private set; }

    /// <summary>The cursor of the last one; null: there is none.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Adds a message; one that is empty is none.</summary>
    /// <param name="message">Its bytes; what is no UTF-8 becomes U+FFFD.</param>
    /// <param name="isTruncated">It was longer.</param>
    /// <param name="sender">Who sent it; empty: not known.</param>
    public void Add(ReadOnlySpan<byte> message, bool isTruncated = false, string sender = "")
    {
        if (message.IsEmpty)
        {
            return;
        }

        Begin(time.GetUtcNow());
        if (sender.Length > 0)
        {
            Name(",\"a\":\""u8);
            Text(Encoding.UTF8.GetBytes(sender));
            Name("\""u8);
        }

        if (isTruncated)
        {
            Name(",\"f\":1"u8);
            TruncatedCount++;
        }

        End(message);
    }

    /// <summary>Adds an entry of a journal.</summary>
    public void Add(JournalEntry entry)
    {
        Begin(entry.Time);
        WriteCursor(entry.Cursor);
        if (entry.IsTruncated)
        {
            Name(",\"f\":1"u8);
            TruncatedCount++;
        }

        Name(",\"x\":"u8);
        Name(Encoding.UTF8.GetBytes(FieldJson.ToText(entry.Fields)));
        End(Encoding.UTF8.GetBytes(entry.Message));
    }

    /// <summary>Adds what a spool's file begins with: no two begin alike, and a cursor outlives its entries.</summary>
    public void AddHeader(long number, string? cursor)
    {
        Begin(time.GetUtcNow());
        Name(",\"n\":"u8);
        Number(number);
        if (cursor is not null)
        {
            WriteCursor(cursor);
        }

        Name("}\n"u8);
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        (_length, Count, TruncatedCount, Cursor) = (0, 0, 0, null);
        if (_bytes.Length > KeptMax)
        {
            _bytes = new byte[4096];
        }
    }

    /// <summary>The cursor that a line names; null where it names none, or is broken.</summary>
    public static string? CursorOf(ReadOnlySpan<byte> line) =>
        FieldJson.TryRead(line, out var value, out _) && value is EventObject fields
        && fields.TryGet("c", out var cursor)
            ? cursor as string
            : null;

    private void Begin(DateTimeOffset at)
    {
        Name("{\"t\":"u8);
        Number(at.ToUnixTimeMilliseconds());
    }

    private void WriteCursor(string cursor)
    {
        Cursor = cursor;
        Name(",\"c\":\""u8);
        Text(Encoding.UTF8.GetBytes(cursor));
        Name("\""u8);
    }

    private void End(ReadOnlySpan<byte> message)
    {
        Name(",\"m\":\""u8);
        if (Utf8.IsValid(message))
        {
            Text(message);
        }
        else
        {
            var repaired = new byte[message.Length * 3];
            Text(repaired.AsSpan(0, JsonStringWriter.Repair(message, repaired)));
        }

        Name("\"}\n"u8);
        Count++;
    }

    private void Name(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    private void Number(long number)
    {
        _ = Utf8Formatter.TryFormat(number, Room(NumberLengthMax), out var written);
        _length += written;
    }

    private void Text(ReadOnlySpan<byte> text) =>
        _length += JsonStringWriter.Write(text, Room(text.Length * JsonStringWriter.ExpansionMax));

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + length, _bytes.Length * 2));
        }

        return _bytes.AsSpan(_length);
    }
}
