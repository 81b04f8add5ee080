namespace LogFlow.Processor.Elasticsearch.Tests;

/// <summary>How the fake spoils one bulk request.</summary>
public enum FakeFault
{
    None,

    /// <summary>Some items are answered 429 and not stored.</summary>
    ItemsBusy,

    /// <summary>Some items are answered 503 and not stored.</summary>
    ItemsUnavailable,

    /// <summary>The request is refused with 429.</summary>
    Busy,

    /// <summary>The request is refused with 503.</summary>
    Unavailable,

    /// <summary>The connection is reset before anything is stored.</summary>
    ResetBefore,

    /// <summary>Everything is stored, then the connection is reset.</summary>
    ResetAfter,

    /// <summary>Everything is stored, then half of the answer is sent.</summary>
    TornAnswer,

    /// <summary>Everything is stored, then nothing is answered until the client gives up.</summary>
    Silence,

    /// <summary>Everything is stored, the answer lacks one item.</summary>
    ItemMissing,

    /// <summary>401: the credentials are refused.</summary>
    Unauthorized,
}
