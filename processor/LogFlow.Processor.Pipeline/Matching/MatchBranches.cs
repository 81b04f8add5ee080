namespace LogFlow.Processor.Pipeline;

/// <summary>Ways to go on, and which of them the next character allows: a bit each.</summary>
internal sealed class MatchBranches
{
    public const int CountMax = 31;

    private readonly int[] _ascii = new int[128];
    private readonly int _beyond;
    private readonly int _atEnd;

    public MatchBranches(MatchOp[] targets)
    {
        Targets = targets;
        for (var i = 0; i < targets.Length; i++)
        {
            var bit = 1 << i;
            var first = targets[i].First;
            for (var c = 0; c < _ascii.Length; c++)
            {
                _ascii[c] |= first.Admits((char)c) ? bit : 0;
            }
            _beyond |= first.Anything || first.Beyond ? bit : 0;
            _atEnd |= first.AtEnd ? bit : 0;
        }
    }

    /// <summary>Where they lead.</summary>
    public MatchOp[] Targets { get; }

    /// <summary>Those worth trying here.</summary>
    public int Allowed(ReadOnlySpan<char> text, int position)
    {
        if ((uint)position >= (uint)text.Length)
        {
            return _atEnd;
        }
        var c = text[position];
        return c < _ascii.Length ? _ascii[c] : _beyond;
    }
}
