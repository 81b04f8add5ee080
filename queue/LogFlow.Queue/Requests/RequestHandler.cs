using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What the dispatcher knows of one API: its key, its versions, how to run it.</summary>
internal abstract class RequestHandler
{
    public abstract ApiKey Key { get; }

    /// <summary>The lowest version that ApiVersions names. Lower than what is answered only for Produce.</summary>
    public virtual short AdvertisedMinVersion => MinVersion;

    public abstract short MinVersion { get; }

    public abstract short MaxVersion { get; }

    /// <summary>
    /// Whether requests of this kind may be under way together on one connection: their synchronous part, up to the
    /// first wait, fixes the order in which they take effect.
    /// </summary>
    public virtual bool MayOverlap => false;

    /// <summary>Does what the request asks and writes the answer into it.</summary>
    public abstract Task ProcessAsync(RequestContext context);
}
