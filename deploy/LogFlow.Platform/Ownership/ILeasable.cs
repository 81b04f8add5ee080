namespace LogFlow.Platform;

/// <summary>Something that is lent out by <see cref="Lease{T}"/> and must be given back: a buffer, an open file, bytes
/// of a budget.</summary>
public interface ILeasable
{
    /// <summary>
    /// Called once, by whoever disposes the last lease, on that thread. Must not throw; afterwards the thing itself
    /// refuses to be used.
    /// </summary>
    void GiveBack();
}
