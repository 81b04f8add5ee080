namespace LogFlow.Agent;

/// <summary>
/// One parser of an input. What it hands on depends on the lines since its last clean place alone (<see
/// cref="PendingStart"/>), so that reading may begin anew at each such place and gives the same messages.
/// </summary>
internal abstract class ParserStage
{
    /// <summary>Where messages go.</summary>
    public required Action<AssembledMessage> Next { get; init; }

    /// <summary>Where messages go that are of no use any more.</summary>
    public required Action<AssembledMessage> Release { get; init; }

    /// <summary>Where the first line starts that is kept back; <see cref="long.MaxValue"/>: none is.</summary>
    public virtual long PendingStart => long.MaxValue;

    /// <summary>Takes a message.</summary>
    public abstract void Feed(AssembledMessage message);

    /// <summary>Hands on what is kept back: nothing more belongs to it.</summary>
    public virtual void Flush()
    {
    }

    /// <summary>Drops what is kept back: its lines are read again.</summary>
    public virtual void Clear()
    {
    }
}
