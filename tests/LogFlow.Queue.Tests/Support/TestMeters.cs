using System.Diagnostics.Metrics;

namespace LogFlow.Queue.Tests;

/// <summary>Meters that nobody listens to, but a test that wants to.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    /// <summary>Whether an instrument is of one of these meters: tests run side by side.</summary>
    public bool Owns(Instrument instrument) => _meters.Contains(instrument.Meter);

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());
}
