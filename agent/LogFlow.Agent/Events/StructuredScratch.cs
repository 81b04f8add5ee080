using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>A reader thread's buffers for events that are built from fields.</summary>
internal sealed class StructuredScratch : IDisposable
{
    private const int KeptMax = 1 << 20;
    private const int InitialCapacity = 16 * 1024;

    private ArrayBufferWriter<byte> _buffer = new(InitialCapacity);
    private readonly Utf8JsonWriter _writer;
    private byte[] _text = [];

    public StructuredScratch() => _writer = new Utf8JsonWriter(_buffer, FieldJson.WriterOptions);

    /// <summary>Values of messages that wait to be appended together.</summary>
    public ArrayBufferWriter<byte> Values { get; } = new(InitialCapacity);

    /// <summary>Where each of <see cref="Values"/> ends, and where its event's first byte stands in the file.</summary>
    public List<(int End, long Position)> Ends { get; } = [];

    /// <summary>An event as JSON; valid until the next one.</summary>
    public ReadOnlySpan<byte> Write(AgentEvent @event, bool keepsNull)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        FieldJson.Write(_writer, @event, keepsNull);
        _writer.Flush();
        return _buffer.WrittenSpan;
    }

    /// <summary>A text as UTF-8; valid until the next one.</summary>
    public ReadOnlySpan<byte> Bytes(string text)
    {
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_text.Length < length)
        {
            _text = new byte[length];
        }

        return _text.AsSpan(0, Encoding.UTF8.GetBytes(text, _text));
    }

    /// <summary>Gives up what a very large event needed.</summary>
    public void Trim()
    {
        if (_buffer.Capacity > KeptMax)
        {
            _buffer = new ArrayBufferWriter<byte>(InitialCapacity);
        }

        if (_text.Length > KeptMax)
        {
            _text = [];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
