namespace LogFlow.Agent;

/// <summary>A reader thread's buffers for building events. Grown as needed, given up when they grew large.</summary>
internal sealed class EventScratch
{
    private const int KeptMax = 1 << 20;
    private byte[] _value = new byte[16 * 1024];
    private byte[] _text = [];

    /// <summary>Room for a value.</summary>
    public Span<byte> Value(int length) => Ensure(ref _value, length);

    /// <summary>Room for a converted line.</summary>
    public Span<byte> Text(int length) => Ensure(ref _text, length);

    /// <summary>Gives up what a very long line needed.</summary>
    public void Trim()
    {
        if (_value.Length > KeptMax)
        {
            _value = new byte[16 * 1024];
        }

        if (_text.Length > KeptMax)
        {
            _text = [];
        }
    }

    private static Span<byte> Ensure(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, (int)Math.Min(buffer.Length * 2L, KeptMax)));
        }

        return buffer.AsSpan(0, length);
    }
}
