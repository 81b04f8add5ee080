namespace LogFlow.Processor.Pipeline;

/// <summary>Where in the text which steps have been tried in vain: a bit each.</summary>
internal sealed class TriedStates
{
    // 16 MiB: a line of a million characters and a hundred such steps.
    private const long BitCountMax = 1L << 27;

    // What is kept for the next text that needs it.
    private const int KeptCount = 1 << 16;

    private ulong[] _bits = [];
    private int _stride;

    // Whether something is remembered.
    private bool _isOn;

    /// <summary>Begins to remember; not where that would take too much memory.</summary>
    public bool TryBegin(int stepCount, int textLength)
    {
        if (_isOn)
        {
            return true;
        }
        _stride = textLength + 1;
        var bitCount = (long)stepCount * _stride;
        if (bitCount > BitCountMax)
        {
            return false;
        }
        var count = (int)((bitCount + 63) >> 6);
        if (_bits.Length < count)
        {
            _bits = new ulong[count];
        }
        else
        {
            Array.Clear(_bits, 0, count);
        }
        _isOn = true;
        return true;
    }

    /// <summary>Forgets.</summary>
    public void End()
    {
        _isOn = false;
        if (_bits.Length > KeptCount)
        {
            _bits = [];
        }
    }

    /// <summary>Remembers a step and place; false when they were known already.</summary>
    public bool TryAdd(int step, int position)
    {
        var bit = ((long)step * _stride) + position;
        ref var word = ref _bits[(int)(bit >> 6)];
        var mask = 1UL << (int)(bit & 63);
        if ((word & mask) != 0)
        {
            return false;
        }
        word |= mask;
        return true;
    }
}
