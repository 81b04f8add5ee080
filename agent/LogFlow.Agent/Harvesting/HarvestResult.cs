namespace LogFlow.Agent;

/// <summary>Why a harvester gave its turn back.</summary>
internal enum HarvestResult
{
    /// <summary>Its share is used; there is more.</summary>
    More,

    /// <summary>Everything was read.</summary>
    AtEnd,

    /// <summary>The memory budget is used up.</summary>
    NoRoom,

    /// <summary>Its partition waits for what a former run left; it is woken afterwards.</summary>
    Held,

    /// <summary>The file cannot be read at present.</summary>
    Failed,
}
