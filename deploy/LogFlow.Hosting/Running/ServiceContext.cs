using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>What a host hands to every part it runs.</summary>
/// <param name="LoggerFactory">Where the part logs.</param>
/// <param name="MeterFactory">Where the part makes its meters; the host exports them on <c>/metrics</c>.</param>
/// <param name="TimeProvider">The clock; tests hand in one of their own.</param>
public sealed record ServiceContext(
    ILoggerFactory LoggerFactory, IMeterFactory MeterFactory, TimeProvider TimeProvider);
