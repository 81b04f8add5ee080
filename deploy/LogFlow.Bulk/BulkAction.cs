namespace LogFlow.Bulk;

/// <summary>What a bulk item asks for. Data streams accept <see cref="Create"/> only.</summary>
public enum BulkAction
{
    /// <summary>Store the document; 409 where the id exists already.</summary>
    Create,

    /// <summary>Store the document, replacing one with the same id.</summary>
    Index,

    /// <summary>Merge the document into the one with the same id; made where absent (<c>doc_as_upsert</c>).</summary>
    Update,

    /// <summary>Delete the document with the id; the item has no source line.</summary>
    Delete,
}
