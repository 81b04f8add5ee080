namespace LogFlow.Agent;

/// <summary>One document of a batch on its way.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Head">The first part of its JSON; most have one part alone, the second.</param>
/// <param name="Source">The rest of its JSON.</param>
/// <param name="Destination">Where it goes.</param>
internal readonly record struct BulkLine(
    ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Source, BulkDestination Destination)
{
    /// <summary>Bytes in a request: action line, source, and their ends.</summary>
    public int Length =>
        Destination.Action.Length + Id.Length + BulkDestination.ActionEnd.Length + Head.Length + Source.Length + 1;

    /// <summary>Its JSON in one piece.</summary>
    public byte[] ToJson() => [.. Head.Span, .. Source.Span];
}
