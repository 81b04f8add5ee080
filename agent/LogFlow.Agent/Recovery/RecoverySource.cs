
namespace LogFlow.Agent;

/// <summary>A file of a former run, found again and known to be the same.</summary>
/// <param name="Path">Where it is now.</param>
/// <param name="File">Open, or null: to be opened by its path.</param>
/// <param name="Options">Its input's settings.</param>
/// <param name="Encoding">What its bytes are.</param>
/// <param name="Framer">What ends its lines.</param>
/// <param name="Encoder">Makes its events.</param>
internal sealed record RecoverySource(
    string Path,
    ILogFile? File,
    InputOptions Options,
    LineEncoding Encoding,
    LineFramer Framer,
    EventEncoder Encoder);
