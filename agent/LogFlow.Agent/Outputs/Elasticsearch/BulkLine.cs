namespace LogFlow.Agent;

/// <summary>One document of a batch on its way.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Its JSON.</param>
/// <param name="Destination">Where it goes.</param>
internal readonly record struct BulkLine(
    ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Source, BulkDestination Destination)
{
    /// <summary>Bytes in a request: action line, source, and their ends.</summary>
    public int Length => Destination.Action.Length + Id.Length + BulkDestination.ActionEnd.Length + Source.Length + 1;
}
