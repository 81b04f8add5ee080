namespace LogFlow.Processor.Outputs;

/// <summary>What one output is to write of one batch, encoded by a worker.</summary>
internal abstract class OutputPart : IDisposable
{
    /// <summary>Number of documents or lines.</summary>
    public abstract int Count { get; }

    /// <summary>Encoded bytes.</summary>
    public abstract int SizeInBytes { get; }

    public abstract void Dispose();
}
