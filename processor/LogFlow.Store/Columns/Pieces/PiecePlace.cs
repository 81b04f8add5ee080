namespace LogFlow.Store;

/// <summary>Where a source's value stands in a text.</summary>
internal readonly record struct PiecePlace(int Start, int Length, int Source)
{
    public int End => Start + Length;
}
