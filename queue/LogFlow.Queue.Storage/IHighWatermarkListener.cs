namespace LogFlow.Queue.Storage;

/// <summary>Is told when more of a partition can be read (what long polls wait for).</summary>
public interface IHighWatermarkListener
{
    /// <summary>
    /// The high watermark rose, or the partition was deleted or went offline. Called on the writer thread after the
    /// acknowledgements: must return at once and never throw.
    /// </summary>
    void OnHighWatermarkAdvanced(PartitionLog log);
}
