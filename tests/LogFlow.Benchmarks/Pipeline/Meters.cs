using System.Diagnostics.Metrics;

namespace LogFlow.Benchmarks;

/// <summary>Meters that end with the process.</summary>
internal sealed class Meters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
        // Nothing is held.
    }
}
